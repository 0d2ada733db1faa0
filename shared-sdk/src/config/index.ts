export { ConfigError, readConfig } from './read-config.js';
export { type ServiceConfig, serviceVariables } from './service-variables.js';
export {
  addresses,
  flag,
  type IntegerOptions,
  integer,
  oneOf,
  port,
  ratio,
  seconds,
  secret,
  text,
  url,
} from './variables.js';
