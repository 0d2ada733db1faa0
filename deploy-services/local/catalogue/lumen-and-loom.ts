import type { StoreOffer } from './offer.js';

export const lumenAndLoom: StoreOffer = {
  name: 'Lumen & Loom',
  seller: 'priya',
  description:
    'Woven throws, bed linen and warm light. We work with four small mills and one very patient lamp maker.',
  products: [
    {
      name: 'Merino Throw "Dune"',
      price: 12900,
      stock: 25,
      description: 'Undyed wool in three shades of sand, woven double so that both sides are the right one.',
    },
    {
      name: 'Washed Linen Duvet Cover 135 x 200',
      price: 11500,
      stock: 32,
      description: 'Soft from the first night and softer after each wash; closes with coconut buttons.',
    },
    {
      name: 'Washed Linen Pillowcase 80 x 80',
      price: 3400,
      stock: 80,
      description: 'Matches the duvet cover, with an envelope back and nothing that scratches.',
    },
    {
      name: 'Percale Fitted Sheet 160 x 200',
      price: 4900,
      stock: 44,
      description: 'Crisp cotton with deep corners that hold on to a thick mattress.',
    },
    {
      name: 'Cotton Waffle Blanket',
      price: 6900,
      stock: 38,
      description: 'Light enough for August and good as a second layer in January. Weighs 900 grams.',
    },
    {
      name: 'Cushion Cover "Terrace"',
      price: 2900,
      stock: 95,
      description: 'Hand-blocked squares in brick and ivory on heavy cotton, with a hidden zip.',
    },
    {
      name: 'Cushion Filling 50 x 50',
      price: 1590,
      stock: 150,
      description: 'Feathers from one European farm in a cotton shell that does not rustle.',
    },
    {
      name: 'Flatweave Rug 140 x 200',
      price: 18900,
      stock: 12,
      description: 'Wool on cotton, reversible, in a pattern that hides crumbs better than it should.',
    },
    {
      name: 'Sheepskin "Fell"',
      price: 8900,
      stock: 17,
      description: 'Tanned with mimosa bark, thick and a little wild at the edges.',
    },
    {
      name: 'Bath Towel 70 x 140',
      price: 3200,
      stock: 110,
      description: 'Long loops of organic cotton, heavy when dry and dry again by the evening.',
    },
    {
      name: 'Guest Towel, pair',
      price: 1890,
      stock: 130,
      description: 'Two small towels in the same cotton, with a loop that survives a hook.',
    },
    {
      name: 'Hammam Towel "Pier"',
      price: 2600,
      stock: 76,
      description: 'Thin, large and quick to dry; half towel, half blanket, wholly at home on a beach.',
    },
    {
      name: 'Table Lamp "Pebble"',
      price: 7900,
      stock: 28,
      description: 'A round base of sandblasted glass that glows before the shade does. Dims at a touch.',
    },
    {
      name: 'Floor Lamp "Crane"',
      price: 18900,
      stock: 9,
      description: 'An arm of ash wood that leans over your book and stays exactly where you leave it.',
    },
    {
      name: 'Pendant "Halyard"',
      price: 12400,
      stock: 15,
      description: 'Spun steel in chalk white on four metres of woven cord, for a table that seats six.',
    },
    {
      name: 'Wall Light "Ferry"',
      price: 6900,
      stock: 22,
      description: 'Opal glass in a brass ring, happy in bathrooms (IP44) and corridors.',
    },
    {
      name: 'Bedside Lamp "Thimble"',
      price: 4500,
      stock: 51,
      description: 'No taller than a paperback, charged by cable, bright enough for the last chapter.',
    },
    {
      name: 'Paper Shade, 60 cm',
      price: 2400,
      stock: 64,
      description: 'Folded from mulberry paper over bamboo; flat in the box, a moon on the ceiling.',
    },
    {
      name: 'LED Bulb E27, warm',
      price: 890,
      stock: 300,
      description: '2,200 kelvin, 470 lumens, and no flicker when dimmed to candle level.',
    },
    {
      name: 'Beeswax Candles, set of 6',
      price: 1990,
      stock: 140,
      description: 'Rolled by hand from comb foundation. They burn for seven hours and smell of July.',
    },
    {
      name: 'Candle Holder, cast brass',
      price: 2700,
      stock: 57,
      description: 'A low foot and a wide saucer, heavy enough to be left alone with a cat.',
    },
    {
      name: 'Curtain "Mist", 140 x 250',
      price: 5900,
      stock: 40,
      description: 'Half-transparent linen that lets in the light and keeps out the neighbours. One panel.',
    },
    {
      name: 'Curtain "Dusk", 140 x 250',
      price: 7900,
      stock: 36,
      description: 'Tightly woven wool blend that darkens a room and takes the edge off a street.',
    },
    {
      name: 'Quilted Bedspread "Orchard"',
      price: 16900,
      stock: 7,
      description:
        "Block-printed apples, stitched by hand; each takes four days and carries its maker's initials.",
    },
    {
      name: 'Wool Slippers',
      price: 4900,
      stock: 62,
      description: 'Felted in one piece with a leather sole. Sizes run from 36 to 46; order your usual one.',
    },
    {
      name: 'Table Runner "Estuary"',
      price: 3900,
      stock: 0,
      description: "Indigo-dyed linen with fringed ends. The dyer's vat is resting; more will follow.",
    },
  ],
};
