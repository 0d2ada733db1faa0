import type { StoreOffer } from './offer.js';

export const brassFinchAudio: StoreOffer = {
  name: 'Brass Finch Audio',
  seller: 'keiko',
  description:
    'Turntables, amplifiers and headphones built or restored in our own workshop, with spare parts for twenty years.',
  products: [
    {
      name: 'Turntable "Wren"',
      price: 44900,
      stock: 11,
      description: 'Belt drive, a plinth of birch ply and an arm that a beginner can set up in half an hour.',
    },
    {
      name: 'Turntable "Heron"',
      price: 98900,
      stock: 3,
      description: 'A heavy platter on a bearing of bronze, for those who hear the room behind the record.',
    },
    {
      name: 'Cartridge MM-2',
      price: 8900,
      stock: 40,
      description: 'An even-tempered moving magnet that forgives old pressings and flatters new ones.',
    },
    {
      name: 'Replacement Stylus for MM-2',
      price: 3900,
      stock: 85,
      description: 'Good for a thousand hours. The old one comes out with two fingers.',
    },
    {
      name: 'Phono Stage "Nest"',
      price: 15900,
      stock: 24,
      description: 'Quiet, small, and with switches underneath for every cartridge we know.',
    },
    {
      name: 'Amplifier "Alder" 2 x 40 W',
      price: 52900,
      stock: 14,
      description: 'Five inputs, one knob and a transformer that will outlive its screws.',
    },
    {
      name: 'Tube Amplifier "Cinder"',
      price: 119000,
      stock: 2,
      description: 'Eight watts of warmth from tubes that are still being made. Hand-wired, numbered.',
    },
    {
      name: 'Bookshelf Speakers "Thrush", pair',
      price: 38900,
      stock: 17,
      description:
        "Paper cones and silk domes in oiled oak. They like to stand a hand's width from the wall.",
    },
    {
      name: 'Floor Speakers "Bittern", pair',
      price: 129000,
      stock: 5,
      description: 'Three ways, one voice. Delivered by two people, who will also place them.',
    },
    {
      name: 'Desk Speakers "Sparrow", pair',
      price: 17900,
      stock: 33,
      description: 'Powered, with Bluetooth and a proper volume wheel, and no light that blinks at you.',
    },
    {
      name: 'Open Headphones "Meadow"',
      price: 24900,
      stock: 28,
      description: 'A wide, unhurried sound and pads of velour that do not get warm.',
    },
    {
      name: 'Closed Headphones "Burrow"',
      price: 21900,
      stock: 35,
      description: 'Keeps the train out and the music in. Folds flat, and every part unscrews.',
    },
    {
      name: 'In-Ear Headphones "Seed"',
      price: 9900,
      stock: 70,
      description: 'Machined aluminium, three sizes of tips, a cable you can replace.',
    },
    {
      name: 'Headphone Amplifier "Twig"',
      price: 12900,
      stock: 26,
      description: 'Lives on a desk, takes USB and analogue, and drives stubborn headphones without a sigh.',
    },
    {
      name: 'USB Microphone "Lark"',
      price: 13900,
      stock: 42,
      description: 'A cardioid that likes voices and ignores keyboards, with a mute you can feel.',
    },
    {
      name: 'Bluetooth Speaker "Cricket"',
      price: 7900,
      stock: 90,
      description: 'Floats, survives sand and plays for eighteen hours. Two of them become a pair.',
    },
    {
      name: 'Network Player "Stream"',
      price: 34900,
      stock: 15,
      description: 'Plays from a shelf, a server or the net, and has a display you can read from the sofa.',
    },
    {
      name: 'Clock Radio "Rooster"',
      price: 11900,
      stock: 37,
      description: 'Wakes you with a rising tone instead of a shock, and gets FM, DAB and the point.',
    },
    {
      name: 'Record Brush',
      price: 1990,
      stock: 140,
      description: 'Two rows of carbon fibre and one of velvet; use it each time and your stylus will last.',
    },
    {
      name: 'Record Cleaning Kit',
      price: 4900,
      stock: 48,
      description: 'A basin, two brushes and a fluid without alcohol. Twenty records in an evening.',
    },
    {
      name: 'Inner Sleeves, pack of 50',
      price: 1690,
      stock: 200,
      description: 'Lined against static and cut round at the corners, so that they slide in.',
    },
    {
      name: 'Speaker Cable 2 x 2.5 mm, 5 m',
      price: 2490,
      stock: 115,
      description: 'Plain copper in a soft jacket. It does what a cable can do.',
    },
    {
      name: 'Interconnect Cable, 1 m',
      price: 1990,
      stock: 120,
      description: 'Shielded, with plugs that grip without pulling the sockets out.',
    },
    {
      name: 'Isolation Feet, set of 4',
      price: 3900,
      stock: 52,
      description: 'Cork and rubber under a steel cap, to keep footsteps off the record.',
    },
    {
      name: 'Record Crate, pine',
      price: 3490,
      stock: 44,
      description: 'Holds eighty records with their faces towards you and fits the usual shelves.',
    },
    {
      name: 'Restored Receiver from 1974',
      price: 58900,
      stock: 1,
      description: 'Recapped, aligned and polished in our workshop, with the original manual. The only one.',
    },
  ],
};
