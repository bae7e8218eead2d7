// Names of the annotations in which a topic keeps what Amazon SQS knows of a queue and Millrace does not. Each tag has one
// of its own, so that gateways beside each other do not overwrite what the other wrote.

const TAG = 'sqs.tag.';

export function annotationOf(attribute: string): string {
  return `sqs.${attribute}`;
}

export function tagAnnotation(key: string): string {
  return `${TAG}${key}`;
}

/** All tags among the annotations, by key. */
export function tagsOf(annotations: Readonly<Record<string, string>>): Map<string, string> {
  const tags = new Map<string, string>();
  for (const [name, value] of Object.entries(annotations)) {
    if (name.startsWith(TAG)) tags.set(name.slice(TAG.length), value);
  }
  return tags;
}
