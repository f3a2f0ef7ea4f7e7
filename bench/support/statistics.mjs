/** @param {readonly number[]} values at least one */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

/** @param {readonly number[]} values @param {number} share 0.99 for what 1 % are above */
export function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;
}

/** @param {readonly number[]} values */
export function sum(values) {
  return values.reduce((all, value) => all + value, 0);
}

/** Of the line that fits best. @param {readonly (readonly [x: number, y: number])[]} points */
export function slope(points) {
  const [meanX, meanY] = [sum(points.map(([x]) => x)) / points.length, sum(points.map(([, y]) => y)) / points.length];
  return sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / sum(points.map(([x]) => (x - meanX) ** 2));
}
