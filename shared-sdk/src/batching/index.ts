export { type TogetherOptions, together } from './together.js';
