/**
 * The variables of this process, read here and nowhere else: what they say goes through the configuration, which checks it.
 * Before pg is loaded, because `NODE_PG_FORCE_NATIVE` would have it load a package that is not installed.
 */
export function takeEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  delete process.env.NODE_PG_FORCE_NATIVE;
  return environment;
}
