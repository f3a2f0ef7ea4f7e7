/** Receivers over TLS: those are told that are signed by whom the worker trusts, under the name that was written down. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/platform/logger.js';
import { startWorker } from '../../src/worker.module.js';
import { makeCertificate } from '../support/certificate.js';
import { eventually } from '../support/eventually.js';
import { deliveriesOf, noticeOf, receiverFor, tell } from '../support/notices.js';
import { requirePrerequisite } from '../support/prerequisite.js';
import { startStack, type Stack } from '../support/stack.js';
import { receiverInputs, startVendors, type Vendors } from '../support/vendors.js';

const kinds = ['webhook', 'pagerduty', 'alertmanager', 'slack', 'dingtalk', 'feishu', 'wecom'] as const;

describe.runIf(requirePrerequisite('openssl'))('receivers over TLS', () => {
  let directory: string;
  let stack: Stack;
  let trusted: Vendors;
  let strange: Vendors;
  let misnamed: Vendors;

  const secured = async (name: string, names: string) => {
    const own = path.join(directory, name);
    await mkdir(own);
    const [key, cert] = makeCertificate(own, names);
    return { key, cert };
  };
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'whodunit-https-'));
    const [ours, theirs] = [await secured('ours', 'IP:127.0.0.1'), await secured('theirs', 'IP:127.0.0.1')];
    const elsewhere = await secured('elsewhere', 'DNS:hooks.example');
    trusted = await startVendors(ours);
    strange = await startVendors(theirs);
    misnamed = await startVendors(elsewhere);
    const deliveryCaFile = path.join(directory, 'authorities.pem');
    await writeFile(deliveryCaFile, Buffer.concat([ours.cert, elsewhere.cert]));
    stack = await startStack({ worker: true, deliveryAllow: ['127.0.0.0/8'], deliveryCaFile });
  });
  afterAll(async () => {
    await stack?.close();
    for (const vendors of [trusted, strange, misnamed]) await vendors?.close();
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  const told = async (kind: string, vendors: Vendors) => {
    const unit = `${kind}-${randomUUID()}.service`;
    const receiver = await receiverFor(stack, unit, { [kind]: receiverInputs(vendors.url)[kind] });
    await tell(stack, [noticeOf('OPENED', { id: randomUUID(), unit })]);
    return eventually(async () => {
      const [delivery] = await deliveriesOf(stack, receiver);
      return delivery?.state === 'PENDING' && delivery.code === null ? null : delivery;
    });
  };

  test.each(kinds)('%s_is_told_and_takes_it', async (kind) => {
    expect(await told(kind, trusted)).toMatchObject({ state: 'DELIVERED', attempts: 1 });
    expect(trusted.of(kind).flatMap(({ wrong }) => wrong)).toEqual([]);
  });

  test.each([
    ['a_stranger_signed', () => strange, /SELF_SIGNED_CERT/],
    ['has_the_certificate_of_another', () => misnamed, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ])('nothing_is_told_to_one_that_%s', async (_, vendors, why) => {
    expect(await told('webhook', vendors())).toMatchObject({
      state: 'PENDING',
      code: 'delivery/no-connection',
      log: [{ status: null, detail: expect.stringMatching(why) }],
    });
    expect(vendors().taken).toEqual([]);
  });

  test.each([
    ['is_not_there', async () => path.join(directory, 'nowhere.pem')],
    ['holds_no_certificate', () => file('empty.pem', 'nothing')],
    ['holds_a_broken_one', () => file('broken.pem', '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n')],
  ])('a_file_of_authorities_that_%s_stops_the_start_and_is_named', async (_, make) => {
    const deliveryCaFile = await make();
    const started = startWorker({ ...stack.env, deliveryCaFile }, createLogger(stack.env, 'test'));
    await expect(started).rejects.toThrow(`WHODUNIT_DELIVERY_CA_FILE: ${deliveryCaFile} cannot be used`);
  });

  const file = async (name: string, text: string) => {
    const made = path.join(directory, name);
    await writeFile(made, text);
    return made;
  };
});
