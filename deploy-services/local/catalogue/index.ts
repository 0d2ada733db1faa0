import { brassFinchAudio } from './brass-finch-audio.js';
import { greenEmberGarden } from './green-ember-garden.js';
import { hearthAndLadle } from './hearth-and-ladle.js';
import { littleOrrery } from './little-orrery.js';
import { lumenAndLoom } from './lumen-and-loom.js';
import type { StoreOffer } from './offer.js';
import { quillAndKettle } from './quill-and-kettle.js';
import { saltmarshOutdoors } from './saltmarsh-outdoors.js';
import { tidewaterPage } from './tidewater-page.js';

/** What a fresh market sells: eight stores, each with a seller of its own. */
export const catalogue: StoreOffer[] = [
  brassFinchAudio,
  greenEmberGarden,
  hearthAndLadle,
  littleOrrery,
  lumenAndLoom,
  quillAndKettle,
  saltmarshOutdoors,
  tidewaterPage,
];
