/** Images as unsigned bytes, one after another, each height x width x channels (NHWC), with one label each. */
export interface ImageSet {
  readonly count: number;
  /** Length count · height · width · channels. */
  readonly images: Uint8Array;
  /** Length count; 0 .. classes-1. */
  readonly labels: Uint8Array;
}
