import type { StoreOffer } from './offer.js';

export const tidewaterPage: StoreOffer = {
  name: 'Tidewater Page',
  seller: 'iosef',
  description:
    'An independent bookshop by the harbour: novels, quiet essays, maps, and everything a reader needs beside the book.',
  products: [
    {
      name: 'The Lighthouse Ledger',
      price: 1690,
      stock: 64,
      description:
        "A keeper's daughter finds forty years of weather reports that do not match the weather. A slow, salty mystery.",
    },
    {
      name: 'Eleven Winters in Aldvik',
      price: 1890,
      stock: 38,
      description:
        'Three families share one snow plough. A comic novel about neighbours who refuse to move away.',
    },
    {
      name: "The Cartographer's Apprentice",
      price: 1590,
      stock: 71,
      description:
        'She draws the coast as it ought to be, and the coast begins to agree. Fantasy for people who like rivers.',
    },
    {
      name: 'A Short History of Waiting',
      price: 2200,
      stock: 27,
      description:
        'Essays on queues, harbours and railway platforms, and on what people do with time that belongs to nobody.',
    },
    {
      name: 'Bread for the Ferryman',
      price: 1450,
      stock: 56,
      description: 'Eighteen linked stories that all end at the same crossing, on the same foggy Tuesday.',
    },
    {
      name: 'The Quiet Engine',
      price: 1790,
      stock: 44,
      description:
        'An engineer keeps a dying tram network alive with wire and stubbornness. Shortlisted by every mechanic we know.',
    },
    {
      name: 'Salt, Rope, Lantern',
      price: 2490,
      stock: 31,
      description: 'A cultural history of the objects that sailors would not lend, with sixty drawings.',
    },
    {
      name: 'What the Beekeeper Said',
      price: 1390,
      stock: 83,
      description:
        'A village, a missing hive and a policeman with an allergy. The first of the Inspector Okonjo novels.',
    },
    {
      name: "The Beekeeper's Second Summer",
      price: 1490,
      stock: 79,
      description: 'Inspector Okonjo returns, with gloves. Best read after the first one, and outdoors.',
    },
    {
      name: 'Night Trains, Slowly',
      price: 1990,
      stock: 40,
      description: 'Nine journeys by sleeper, written between stations, with timetables that were true once.',
    },
    {
      name: 'Poems for a Small Kitchen',
      price: 1250,
      stock: 52,
      description: 'Forty short poems about steam, onions and forgiveness, on paper that forgives a stain.',
    },
    {
      name: 'The Glassblower of Ostermark',
      price: 1690,
      stock: 35,
      description: 'Two rival workshops, one recipe for red. A historical novel that smells of smoke.',
    },
    {
      name: 'Mathematics on a Napkin',
      price: 2150,
      stock: 48,
      description: 'Twenty-four ideas that fit into a lunch hour, from doors and goats to infinite hotels.',
    },
    {
      name: 'How Rivers Think',
      price: 2690,
      stock: 22,
      description: 'A hydrologist walks from source to sea and explains every bend. With fold-out maps.',
    },
    {
      name: "The Moth Collector's Index",
      price: 1850,
      stock: 29,
      description: 'A family history told through the labels of a cabinet that nobody was allowed to open.',
    },
    {
      name: 'Ordinary Dragons',
      price: 1290,
      stock: 96,
      description:
        'Six dragons, one housing shortage. For readers from eight years on, and for those who read to them.',
    },
    {
      name: 'Ordinary Dragons Move In',
      price: 1290,
      stock: 88,
      description: 'The dragons have a lease now, and neighbours. The second book of the series.',
    },
    {
      name: 'The Snail Who Kept Time',
      price: 1090,
      stock: 74,
      description: 'A picture book in watercolours about being late for everything that matters least.',
    },
    {
      name: 'Atlas of Invented Islands',
      price: 3900,
      stock: 14,
      description:
        'Fifty islands that were drawn on charts for centuries and never existed, each with its map.',
    },
    {
      name: 'Harbour Notebook, dotted',
      price: 1290,
      stock: 160,
      description: '192 pages of cream paper that takes ink on both sides, in a cover of waxed cloth.',
    },
    {
      name: "Bookbinder's Ribbon Set",
      price: 790,
      stock: 130,
      description: 'Seven satin ribbons with brass ends, for those who read seven books at once.',
    },
    {
      name: 'Reading Lamp "Heron"',
      price: 4900,
      stock: 26,
      description: 'Clips onto a headboard, bends like a heron and goes dim by itself after forty minutes.',
    },
    {
      name: 'Book Stand, beech',
      price: 2890,
      stock: 34,
      description: 'Holds a novel open with one hand free for tea; folds flat for the shelf.',
    },
    {
      name: 'Letterpress Bookplates, set of 25',
      price: 1490,
      stock: 47,
      description:
        'A sailing ship, room for your name, and gum that your great-grandchildren can still remove.',
    },
    {
      name: 'First Tide: Signed Edition',
      price: 8500,
      stock: 2,
      description:
        'The debut of the author of The Lighthouse Ledger, numbered and signed. Two copies are left.',
    },
    {
      name: 'Mystery Parcel: Three Novels',
      price: 2990,
      stock: 41,
      description:
        'Three second-hand novels that our staff could not stop talking about, wrapped so that you cannot peek.',
    },
  ],
};
