import { bits } from './bits.js';
import { echo } from './echo.js';
import { expiry } from './expiry.js';
import { form } from './form.js';
import { markerResponder } from './marker-responder.js';
import { rate } from './rate.js';
import type { Rule } from './rule.js';
import { selection } from './selection.js';

/** All rules, with no memory. */
export const allRules = (): readonly Rule[] => [form, bits, echo, selection(), expiry(), rate(), markerResponder()];
