/** What `GET /v1/export?format=…` can write. */
import { ecs } from './ecs.js';
import type { ExportedDeath } from './exported-death.js';
import { native } from './native.js';
import { ocsf } from './ocsf.js';
import { otel } from './otel.js';

export const formats = { native, ocsf, ecs, otel } satisfies Record<string, (death: ExportedDeath) => object>;
export type Format = keyof typeof formats;
export const formatNames = Object.keys(formats) as [Format, ...Format[]];
