/** All kinds of receivers. */
import { alertmanager } from './alertmanager.js';
import { dingtalk } from './dingtalk.js';
import { email } from './email.js';
import { feishu } from './feishu.js';
import { pagerduty } from './pagerduty.js';
import type { ReceiverType } from './receiver.js';
import { slack } from './slack.js';
import { webhook } from './webhook.js';
import { wecom } from './wecom.js';

export const receiverKinds = [
  'WEBHOOK',
  'PAGERDUTY',
  'ALERTMANAGER',
  'SLACK',
  'DINGTALK',
  'FEISHU',
  'WECOM',
  'EMAIL',
] as const;
export type ReceiverKind = (typeof receiverKinds)[number];

const types = {
  WEBHOOK: webhook,
  PAGERDUTY: pagerduty,
  ALERTMANAGER: alertmanager,
  SLACK: slack,
  DINGTALK: dingtalk,
  FEISHU: feishu,
  WECOM: wecom,
  EMAIL: email,
} satisfies Record<ReceiverKind, unknown>;

/** A configuration is checked by its kind's schema before it is stored, so a stored one is of its kind. */
export type ReceiverConfig = Readonly<Record<string, unknown>>;

export function receiverType(kind: ReceiverKind): ReceiverType<ReceiverConfig> {
  return types[kind] as unknown as ReceiverType<ReceiverConfig>;
}
