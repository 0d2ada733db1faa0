import type { StoreOffer } from './offer.js';

export const littleOrrery: StoreOffer = {
  name: 'Little Orrery',
  seller: 'amara',
  description:
    'Wooden toys, puzzles and games that explain something: gears, stars, bridges, or how to lose with grace.',
  products: [
    {
      name: 'Brass Orrery Kit',
      price: 8900,
      stock: 12,
      description:
        'Build a hand-cranked model of the inner planets. Sixty-one parts, one long rainy weekend.',
    },
    {
      name: 'Marble Run, 84 pieces',
      price: 5900,
      stock: 38,
      description: 'Beech tracks with switches, a bell and a spiral. Every way down is different.',
    },
    {
      name: 'Bridge Builder Set',
      price: 3900,
      stock: 45,
      description: 'Beams, ropes and a set of weights: find out which bridge holds before the train comes.',
    },
    {
      name: 'Gear Board',
      price: 2990,
      stock: 57,
      description: 'Twelve gears on a magnetic board; turn one and see who follows.',
    },
    {
      name: 'Wooden Train, three wagons',
      price: 3400,
      stock: 62,
      description: 'Magnet couplings, a whistle, and room for four passengers with peg legs.',
    },
    {
      name: 'Figure-Eight Railway, 40 pieces',
      price: 4900,
      stock: 33,
      description: 'A bridge, two switches and enough curves for a living room. Fits the usual wooden rails.',
    },
    {
      name: 'Stacking Moon',
      price: 2290,
      stock: 88,
      description: 'Nine crescents and a star to balance. Harder than it looks, also for adults.',
    },
    {
      name: 'Counting Beads',
      price: 1990,
      stock: 74,
      description: 'One hundred beads in ten colours on ten rods, in a frame that stands by itself.',
    },
    {
      name: 'Alphabet Tiles',
      price: 2490,
      stock: 69,
      description:
        'Twenty-six beech tiles to trace with a finger, capitals on one side and small letters on the other.',
    },
    {
      name: 'Puzzle: The Night Sky, 500 pieces',
      price: 1890,
      stock: 81,
      description: 'All constellations of the north. The brightest stars glow when the light is off.',
    },
    {
      name: 'Puzzle: The Harbour, 1000 pieces',
      price: 2190,
      stock: 66,
      description: 'Cranes, gulls and forty-one boats, each with a name that you can read.',
    },
    {
      name: 'Puzzle: A Year of Leaves, 250 pieces',
      price: 1490,
      stock: 79,
      description: 'One tree in twelve months, cut so that no two pieces are alike.',
    },
    {
      name: 'Cooperative Game: Lighthouse',
      price: 2790,
      stock: 54,
      description:
        'Bring five boats home before the fog. Everybody wins or nobody, in half an hour, from six years on.',
    },
    {
      name: 'Card Game: Bluffing Badgers',
      price: 1290,
      stock: 140,
      description:
        'Claim what is in your burrow and hope that nobody looks. Two to six players, fifteen minutes.',
    },
    {
      name: 'Board Game: Canal Barons',
      price: 4490,
      stock: 29,
      description:
        "Dig, trade and flood your neighbours' fields. Two to four players, ninety minutes, no dice.",
    },
    {
      name: 'Dominoes in a Tin',
      price: 1590,
      stock: 97,
      description: 'Double-nine bone-white tiles with brass pins, and rules for seven games.',
    },
    {
      name: 'Travel Chess',
      price: 2890,
      stock: 43,
      description: 'Pegged pieces that stay put on a train; the board closes into its own box.',
    },
    {
      name: 'Spinning Tops, set of 5',
      price: 1190,
      stock: 125,
      description: 'Each has its own shape and its own temper. One turns itself over.',
    },
    {
      name: 'Kite "Swift"',
      price: 3200,
      stock: 41,
      description: 'Flies in a breeze that barely moves leaves. With 40 metres of line on a winder.',
    },
    {
      name: 'Pocket Telescope',
      price: 4900,
      stock: 26,
      description: 'Brass and glass, ten times, and good enough for the moons of the largest planet.',
    },
    {
      name: 'Crystal Growing Kit',
      price: 1990,
      stock: 60,
      description: 'Three salts, three colours, ten days. The booklet tells what goes on.',
    },
    {
      name: 'Hand Puppet: Fox',
      price: 2390,
      stock: 48,
      description: 'Plush, with a mouth that talks and paws for two fingers.',
    },
    {
      name: 'Hand Puppet: Heron',
      price: 2590,
      stock: 36,
      description: 'A long neck, a longer beak and a strong opinion on frogs.',
    },
    {
      name: 'Doll\'s House "Corner Shop"',
      price: 12900,
      stock: 8,
      description: 'Three floors, a working hoist and shelves for goods that children will want to make.',
    },
    {
      name: 'Rocking Seal',
      price: 14900,
      stock: 4,
      description: 'A rocking animal that does not tip. Upholstered in felt, made to carry fifty kilos.',
    },
    {
      name: 'Clockwork Ladybird',
      price: 1690,
      stock: 2,
      description: 'Wind it up and it turns at every table edge. The last pair from a closed tin factory.',
    },
  ],
};
