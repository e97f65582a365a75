import type { EnvHttpProxyAgent, Response } from 'undici';
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
  const { fetch } = await import('undici');
  const dispatcher = await proxyAgent(env);
  try {
    return await use(await fetch(url, { headers, signal, dispatcher }));
  } finally {
    await dispatcher.destroy();
  }
}

/**
 * Connections by way of the proxy that the environment names; whoever has it closes it.
 *
 * @param further options of the connections
 * @throws UsageError where a proxy's address is none
 */
export async function proxyAgent(
  env: NodeJS.ProcessEnv,
  further: EnvHttpProxyAgent.Options = {},
): Promise<EnvHttpProxyAgent> {
  const undici = await import('undici');
  return new undici.EnvHttpProxyAgent({
    ...further,
    httpProxy: proxyOf(env, 'HTTP_PROXY'),
    httpsProxy: proxyOf(env, 'HTTPS_PROXY'),
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
    // Many proxies refuse tunnels to the port of plain HTTP.
    proxyTunnel: false,
  });
}

/** A proxy's address; empty where none is named. */
function proxyOf(env: NodeJS.ProcessEnv, name: 'HTTP_PROXY' | 'HTTPS_PROXY'): string {
  const variable = [name.toLowerCase(), name].find((spelt) => env[spelt] !== undefined) ?? name;
  const named = env[variable] ?? '';
  if (named === '') return '';
  // As for curl, an address without a scheme is one of plain HTTP.
  const address = named.includes('://') ? named : `http://${named}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || !isEscaped(`${url.username}${url.password}`)) {
    throw new UsageError(
      `${variable} is no address of an HTTP proxy; correct it, such as http://user:password@proxy:3128 with % and @ in ` +
        'the password as %25 and %40, or unset it.',
    );
  }
  return address;
}

/** Whether each % begins the escape of a character. */
function isEscaped(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
