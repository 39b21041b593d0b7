import { afterEach, describe, expect, it, vi } from 'vitest';
import { clientWith, refusalOf, target } from './client';

describe('target', () => {
  it('fills names into the path, whatever they hold', () => {
    expect(target('/admin/engines/{name}/drain', { name: 'a/b c' })).toBe('/admin/engines/a%2Fb%20c/drain');
  });

  it('leaves out what nobody said', () => {
    expect(target('/admin/costs', {}, { by: 'tenant,model', tenant: '', from: undefined })).toBe('/admin/costs?by=tenant%2Cmodel');
  });
});

describe('refusal', () => {
  it('is told in the words of Weir', async () => {
    const refusal = await refusalOf(new Response('{"error":{"message":"no","code":"missing_scope"}}', { status: 403 }));
    expect(refusal).toMatchObject({ status: 403, code: 'missing_scope', message: 'no' });
  });

  it('is told with every reason', async () => {
    const refusal = await refusalOf(new Response('{"outcome":"refused","version":3,"reasons":["line 1","line 2"]}', { status: 422 }));
    expect(refusal.message).toBe('line 1; line 2');
  });

  it('is told even where a proxy answers', async () => {
    const refusal = await refusalOf(new Response('<html>', { status: 502, statusText: 'Bad Gateway' }));
    expect(refusal.message).toBe('the answer was 502 Bad Gateway');
  });
});

describe('client', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('sends what shows that a page of ours asks', async () => {
    const fetched = vi.fn(() => Promise.resolve(Response.json({ id: 'k' })));
    vi.stubGlobal('fetch', fetched);
    await clientWith('proof').call('POST /admin/keys/{id}/rotate', { path: { id: 'k' }, body: { overlapSeconds: 60 } });
    const [path, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
    expect(path).toBe('/admin/keys/k/rotate');
    expect(new Headers(init.headers).get('weir-csrf')).toBe('proof');
    expect(init.body).toBe('{"overlapSeconds":60}');
  });

  it('says so when nobody answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
    await expect(clientWith(null).call('GET /admin/engines', {})).rejects.toMatchObject({ code: 'unreachable' });
  });
});
