/** How `vethcfg conform` ends without a report card, apart from conform.ts so that no other command loads the drivers. */

/** The ports or the device cannot be tested; the message says what would be right. */
export class CannotTest extends Error {
  override readonly name = 'CannotTest';
}

/** Words of the command line that mean nothing. */
export class WrongChoice extends Error {
  override readonly name = 'WrongChoice';
}
