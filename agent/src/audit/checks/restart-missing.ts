/** A running service that systemd does not start again when it fails. D-Bus is not meant to be: its clients would not come back. */
import type { Check } from '../facts.js';
import { aboutUnit, isCritical } from '../judging.js';

const notMeantTo = /^(dbus|dbus-broker|user@.*|user-runtime-dir@.*|systemd-.*)\.service$/;

export const restartMissing: Check = {
  needs: ['units'],
  judge: ({ units = [] }) =>
    units
      .filter(({ name, restart, type }) => restart === 'no' && type !== 'oneshot' && !notMeantTo.test(name))
      .map(({ name, restart }) => aboutUnit(name, isCritical(name) ? 'WARNING' : 'INFO', { restart })),
};
