// Instants as the platform wants them.

/** An instant in China's time with its offset, whatever the phone's own zone: 2025-07-01T09:30:00+08:00. */
export function inChina(at: Date): string {
  return `${new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}
