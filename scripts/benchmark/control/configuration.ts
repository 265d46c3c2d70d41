/** A configuration file for many ports at fast rate, a group for each eight: eth0..eth7 in veth0 and so on. */
export const PORTS_EACH = 8;

export function manyPorts(ports: number): string {
  const groups = Array.from({ length: Math.ceil(ports / PORTS_EACH) }, (_, group) => {
    const members = Array.from(
      { length: Math.min(PORTS_EACH, ports - group * PORTS_EACH) },
      (__, port) => `eth${group * PORTS_EACH + port}: {}`,
    );
    return `  veth${group}: { rate: fast, ports: { ${members.join(', ')} } }\n`;
  });
  return `interfaces:\n${groups.join('')}`;
}
