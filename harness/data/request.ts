import type { Response } from 'undici';
import { UsageError } from '../errors.ts';

/**
 * Requests a file by way of the proxy that the environment names for its address (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, in
 * capitals or not; small letters come first, as for curl). Node's own fetch knows none of them on the oldest Node.
 * `use` is given the response; its connection is closed when that has ended.
 *
 * @throws UsageError where a proxy's address is none
 */
export async function request<T>(
  url: string,
  { headers, signal, env }: { headers: Record<string, string>; signal: AbortSignal; env: NodeJS.ProcessEnv },
  use: (response: Response) => Promise<T>,
): Promise<T> {
  // Most runs download nothing.
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: proxyOf(env, 'HTTP_PROXY'),
    httpsProxy: proxyOf(env, 'HTTPS_PROXY'),
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
    // Many proxies refuse tunnels to the port of plain HTTP.
    proxyTunnel: false,
  });
  try {
    return await use(await fetch(url, { headers, signal, dispatcher }));
  } finally {
    await dispatcher.destroy();
  }
}

/** A proxy's address; empty where none is named. */
function proxyOf(env: NodeJS.ProcessEnv, name: 'HTTP_PROXY' | 'HTTPS_PROXY'): string {
  const named = env[name.toLowerCase()] ?? env[name] ?? '';
  if (named === '') return '';
  // As for curl, an address without a scheme is one of plain HTTP.
  const address = named.includes('://') ? named : `http://${named}`;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new UsageError(`${name} is no address of an HTTP proxy; correct it, such as http://proxy:3128, or unset it.`);
  }
  return address;
}
