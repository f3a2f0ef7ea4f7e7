/** What the published schema of OCSF 1.8.0, class 1007 (test/fixtures/schemas), says against a line. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface OcsfType {
  readonly attributes: Record<string, { requirement: string; type: string; array?: boolean; enum?: number[] }>;
  readonly at_least_one?: string[];
}

const file = path.resolve(import.meta.dirname, '../fixtures/schemas/ocsf-process-activity.json');
const schema = JSON.parse(readFileSync(file, 'utf8')) as { class: OcsfType; objects: Record<string, OcsfType> };
const numbers = ['integer_t', 'long_t', 'timestamp_t', 'port_t'];

/** What is missing, of the wrong type, or not of the schema; each with its path. */
export function ocsfComplaints(event: Record<string, unknown>): string[] {
  return complaints(event, schema.class, 'event');
}

function complaints(value: Record<string, unknown>, type: OcsfType, at: string): string[] {
  const required = Object.entries(type.attributes).filter(([, { requirement }]) => requirement === 'required');
  const missing = required.flatMap(([name]) => (name in value ? [] : [`${at}.${name} is required`]));
  const oneOf = type.at_least_one;
  if (oneOf && !oneOf.some((name) => name in value)) missing.push(`${at} has none of ${oneOf.join(', ')}`);
  return [...missing, ...Object.entries(value).flatMap(([name, part]) => ofAttribute(part, type, name, at))];
}

function ofAttribute(part: unknown, type: OcsfType, name: string, at: string): string[] {
  const attribute = type.attributes[name];
  const here = `${at}.${name}`;
  if (!attribute) return [`${here} is not of the schema`];
  if (attribute.enum && !attribute.enum.includes(part as number)) return [`${here} is none of its values`];
  const object = schema.objects[attribute.type];
  if (object) return complaints(part as Record<string, unknown>, object, here);
  if (attribute.array) return Array.isArray(part) ? [] : [`${here} is no list`];
  if (attribute.type === 'object') return typeof part === 'object' ? [] : [`${here} is no object`];
  return typeof part === (numbers.includes(attribute.type) ? 'number' : 'string')
    ? []
    : [`${here} is no ${attribute.type}`];
}
