// What clients saw, and nothing else: the truth that the broker's data is held against.

/** `partition/offset` */
export type Place = string;

export function placeOf({ partition, offset }: { partition: number; offset: number }): Place {
  return `${partition}/${offset}`;
}

export class Witness {
  /** Acknowledged produces: place -> payload. */
  readonly stored = new Map<Place, string>();
  /** Payloads handed to the client, acknowledged or not. */
  readonly sent = new Set<string>();
  /** The highest delivery count that a client saw. */
  readonly deliveries = new Map<Place, number>();
  /** Accepts that were confirmed. */
  readonly accepted = new Set<Place>();
  /** Accepts whose outcome is unknown: the connection died. */
  readonly perhapsAccepted = new Set<Place>();
  /** Things that must never happen, as they were seen. */
  readonly violations: string[] = [];

  delivered(place: Place, count: number, value: string): void {
    const before = this.deliveries.get(place) ?? 0;
    if (this.accepted.has(place))
      this.violations.push(`${place} was delivered after its accept was confirmed`);
    if (count <= before) {
      this.violations.push(
        `${place} was delivered with count ${count} after count ${before} was seen`,
      );
    }
    const payload = this.stored.get(place);
    if (payload !== undefined && payload !== value)
      this.violations.push(`${place} was delivered with other bytes`);
    this.deliveries.set(place, Math.max(before, count));
  }
}
