/** The form of an LACPDU, x.4.2.2: what a receiver must not look at, a sender must still get right. */
import { LACPDU_LAYOUT, LACPDU_LENGTH } from '../../lacp/lacpdu.pdu.js';
import type { Rule } from './rule.js';

/** Octets that are an FCS, where a capture has one and does not say so. */
const FCS = 4;
/** Where the TLVs of version 2 may stand instead of the terminator of version 1. */
const FURTHER_TLVS = 58;

export const form: Rule = {
  name: 'form',
  says: ({ now, body, captured }, disagree) => {
    const { version } = now.pdu;
    if (version === 0) disagree('x.4.2.2', 'sends Version_Number 0');
    if (version === 1 && body.length > LACPDU_LENGTH + FCS) {
      disagree('x.4.2.2', `sends LACPDUs of version 1 with ${body.length} octets instead of ${LACPDU_LENGTH}`);
    }
    for (const field of LACPDU_LAYOUT.fields) {
      const { name, offset, width, kind } = field;
      if (offset + width > captured || (version > 1 && offset >= FURTHER_TLVS)) return;
      const octets = body.subarray(offset, offset + width);
      if (kind === 'reserved' && octets.some((octet) => octet !== 0))
        disagree('x.4.2.2', `sends ${name} that is not zero`);
      if (kind === 'fixed' && width === 1 && octets[0] !== field.value) {
        disagree('x.4.2.2', `sends ${name} ${octets[0]} instead of ${field.value}`);
      }
    }
  },
};
