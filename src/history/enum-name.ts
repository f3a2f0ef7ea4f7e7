/** `memory-policy` of the wire is `MEMORY_POLICY` of GraphQL; a guard holds the two lists together. */
export function enumName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
