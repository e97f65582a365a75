/**
 * What a container is given of a text in its command or args, as Kubernetes' API has it: `$(NAME)` is replaced where
 * the container's environment has it, and stays where it has not; `$$` is one `$`, and begins nothing.
 */
export function containerText(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (found, name) => (found === '$$' ? '$' : (env[name] ?? found)));
}
