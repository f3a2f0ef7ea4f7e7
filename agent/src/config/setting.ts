/** What one setting is: its names, what it takes, and how its text is read. */
import { failure, success, type Result } from '../result.js';

export interface Setting<T> {
  /** `--flag`; without one it is not for the command line, which every user of the host can read. */
  readonly flag?: string;
  /** In the environment and in the file; where there are two, the first is preferred. */
  readonly variables: readonly string[];
  /** As the help names it; a setting without one is a switch. */
  readonly argument?: string;
  readonly secret?: true;
  readonly help: string;
  readonly fallback: T;
  /** A failure's sentence goes on where the setting's name ended: `must be …`. */
  parse(text: string): Result<T>;
}

export function oneOf<const T extends string>(choices: readonly T[]): (text: string) => Result<T> {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    return found === undefined ? bad(`must be one of ${choices.join(', ')}.`) : success(found);
  };
}

export function wholeNumber(least: number, most: number): (text: string) => Result<number> {
  return (text) => {
    const number = Number(text);
    if (/^-?\d{1,15}$/.test(text) && number >= least && number <= most) return success(number);
    return bad(`must be a whole number from ${least} to ${most}.`);
  };
}

export function anyText(text: string): Result<string> {
  return success(text);
}

export function trueOrFalse(text: string): Result<boolean> {
  return text === 'true' || text === 'false' ? success(text === 'true') : bad('must be true or false.');
}

export function bad(sentence: string) {
  return failure('config/invalid', sentence);
}
