/** What a reader must know, and what cost us wrong figures before. */
export const BIGGEST_TRAPS = `## How to read it

- **Ratios, not figures.** Both ends, the load generators and the engines share the cores of one machine: a figure says
  what is left for the traffic, a ratio to the raw link of the same repetition says what the way costs. With two ends
  on the machine, it is the cost of both.
- **The raw link is measured twice.** Where it lies against itself is the noise; a ratio inside that band says nothing,
  and an aim inside it, with the median inside it too, is called undecided.
- **Order is shuffled** within each repetition and for each measure, so that neither a place in the order nor a slow
  minute belongs to one of the ways. All are built before the first is measured, and idle meanwhile.
- **veth links have no wire.** Four links are not four times as fast as one here: memory and processor are the limit.
  Real network cards were not measured.

## Traps, and what is done about them

- A congestion control that paces (BBR) hides everything above its rate: reno is set in each namespace.
- A port whose own stack answers ARP lets traffic pass by the group, and makes a slow way look fast: after each
  measurement the neighbour's address must be that of the other group, or the sample is refused.
- A tool that makes a system call for each packet measures itself: ours moves 64 frames in a call; iperf3's figure
  stands beside it in a full run.
- Counting what BPF programs cost (kernel.bpf_stats_enabled) costs time itself: it is a pass of its own, and the setting
  is put back.
- Where both ends of a cable have the same interface index, the kernel tells of a lost carrier up to a second late: the
  indices are made different.
- On few cores the tail of the failover is the scheduler's: "nothing happens" under the same load is measured beside it.
- iperf3's seconds begin before the connection does: short runs understate all ways alike.
- A polling rival (DPDK) takes whole cores from everybody: it cannot run beside the others, only apart.`;
