/** Where the frames of virtual interfaces are forwarded. */
export const DATAPATH_KINDS = ['kernel', 'user'] as const;
export type DatapathKind = (typeof DATAPATH_KINDS)[number];

/** `auto`: in the kernel if that is possible. */
export const DATAPATH_CHOICES = ['auto', ...DATAPATH_KINDS] as const;
export type DatapathChoice = (typeof DATAPATH_CHOICES)[number];
