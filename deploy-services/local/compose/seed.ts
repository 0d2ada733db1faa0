import { seedMarket } from '../seed.js';

/** The demo catalogue and users in a market of containers; see compose.yaml. */
const { AUTH_URL: auth, STORE_URL: store } = process.env;
if (!auth || !store) throw new Error('AUTH_URL and STORE_URL are needed');
await seedMarket({ urls: { auth, store }, log: console.log });
