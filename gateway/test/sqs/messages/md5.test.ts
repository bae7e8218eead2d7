// Sums that clients compute themselves and compare: vectors of the service.
import { describe, expect, it } from 'vitest';
import { md5, md5OfAttributes } from '../../../src/sqs/messages/md5.ts';

const timestamp = (type: string, value: string) => ({ name: 'timestamp', type, value });

describe('MD5 sums [Q-71]', () => {
  it('of bodies', () => {
    expect(md5('derp')).toBe('58fd9edd83341c29f1aebba81c31e257');
    expect(md5(Buffer.from('ü'))).toBe(md5('ü'));
  });

  it('of attributes, with labels and bytes, whatever their order', () => {
    const plain = timestamp('Number', '1493147359900');
    expect(md5OfAttributes([plain])).toBe('235c5c510d26fb653d073faed50ae77c');
    const labelled = timestamp('Number.java.lang.Long', '1493147359900');
    expect(md5OfAttributes([labelled])).toBe('2e2e4876d8e0bd6b8c2c8f556831c349');
    const four = [
      { name: 'id', type: 'String', value: '453ae55e-f03b-21a6-a4b1-70c2e2e8fe71' },
      { name: 'mybin', type: 'Binary', value: Buffer.from('kekchebukek') },
      timestamp('Number.java.lang.Long', '1603134247654'),
      { name: 'contentType', type: 'String', value: 'application/json' },
    ];
    expect(md5OfAttributes(four)).toBe('049075255ebc53fb95f7f9f3cedf3c50');
    expect(md5OfAttributes(four.toReversed())).toBe('049075255ebc53fb95f7f9f3cedf3c50');
  });
});
