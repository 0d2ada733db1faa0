import type { StoreOffer } from './offer.js';

export const hearthAndLadle: StoreOffer = {
  name: 'Hearth & Ladle',
  seller: 'maren',
  description:
    'Cookware and table things for people who cook every day, chosen to last longer than the kitchen they stand in.',
  products: [
    {
      name: 'Walnut Serving Board',
      price: 4900,
      stock: 42,
      description:
        'A single plank of oiled walnut, 45 cm long, with a groove that keeps tomato juice off the table.',
    },
    {
      name: 'Carbon Steel Frying Pan 26 cm',
      price: 6450,
      stock: 30,
      description:
        'Light enough to toss, hot enough to sear. It arrives seasoned and gets better with every egg.',
    },
    {
      name: 'Enamel Stew Pot 4.5 l',
      price: 11900,
      stock: 18,
      description:
        'Cast iron under three coats of cream enamel, with a lid heavy enough to keep a Sunday stew to itself.',
    },
    {
      name: 'Copper Jam Kettle',
      price: 15900,
      stock: 6,
      description:
        'Wide and shallow, so that fruit sets before it turns brown. Hammered by hand, with two brass handles.',
    },
    {
      name: 'Olive Wood Spoon Set',
      price: 2450,
      stock: 120,
      description: 'Three spoons and a spatula cut from pruned branches; no two have the same grain.',
    },
    {
      name: 'Stoneware Mixing Bowl 3 l',
      price: 3290,
      stock: 54,
      description: 'Glazed in sea grey and unglazed at the foot, so that it stays put while you whisk.',
    },
    {
      name: 'Pepper Mill "Windmill"',
      price: 3890,
      stock: 61,
      description:
        'Beech body, steel grinder, and a click between each of eight grinds from dust to cracked.',
    },
    {
      name: 'Linen Tea Towels, set of 4',
      price: 2690,
      stock: 140,
      description:
        'Heavy washed linen in four kitchen stripes. They dry glasses without a single thread left behind.',
    },
    {
      name: 'Cast Iron Griddle',
      price: 4490,
      stock: 33,
      description: 'Ridges on one side, flat on the other, and long enough to bridge two burners.',
    },
    {
      name: 'Paring Knife 9 cm',
      price: 2190,
      stock: 85,
      description:
        'A thin blade of carbon steel in a plum wood handle, for everything that is done in the hand.',
    },
    {
      name: "Cook's Knife 21 cm",
      price: 8990,
      stock: 24,
      description: 'Forged from one piece and ground by eye; balanced just where the fingers close.',
    },
    {
      name: 'Bread Knife 25 cm',
      price: 5490,
      stock: 37,
      description: 'Rounded teeth that cut crust without tearing the crumb, even on the third day.',
    },
    {
      name: 'Whetstone 1000/4000',
      price: 3690,
      stock: 48,
      description: 'Two grits on a rubber foot, with a card that shows the angle at life size.',
    },
    {
      name: 'Salt Pig',
      price: 1990,
      stock: 77,
      description: 'An open jar of white stoneware that keeps coarse salt dry and within reach of the stove.',
    },
    {
      name: 'Pour-Over Coffee Set',
      price: 4290,
      stock: 39,
      description: 'A ribbed porcelain cone, a half-litre jug and a hundred filters in one box.',
    },
    {
      name: 'Stovetop Moka Pot, 6 cups',
      price: 3190,
      stock: 58,
      description: 'Polished aluminium with a safety valve that really opens and a handle that stays cool.',
    },
    {
      name: 'Ceramic Butter Bell',
      price: 2290,
      stock: 45,
      description: 'Butter above, water below, and both are fresh for a month without a refrigerator.',
    },
    {
      name: 'Rolling Pin, French style',
      price: 1790,
      stock: 66,
      description: 'A tapered length of maple without handles; you feel the dough through it.',
    },
    {
      name: 'Proofing Basket, oval',
      price: 1690,
      stock: 90,
      description: 'Woven rattan that leaves neat rings on a one-kilo loaf. A linen liner is included.',
    },
    {
      name: 'Cake Tin 24 cm, springform',
      price: 1890,
      stock: 72,
      description: 'A ring that closes with one finger and a base with a lip that does not leak.',
    },
    {
      name: 'Measuring Jug 1 l',
      price: 1490,
      stock: 110,
      description: 'Thick glass with marks on the inside, where they survive the dishwasher.',
    },
    {
      name: 'Mortar and Pestle, granite',
      price: 4690,
      stock: 21,
      description: 'Five kilos of rough granite that make short work of peppercorns and pesto.',
    },
    {
      name: 'Digital Kitchen Scale',
      price: 2790,
      stock: 63,
      description: 'Weighs to the gram up to five kilos and remembers the tare when you lift the bowl.',
    },
    {
      name: 'Tasting Spoon, silver plated',
      price: 1250,
      stock: 3,
      description:
        'A long narrow spoon for stealing from the pot. The last few of a batch made for a cooking school.',
    },
    {
      name: 'Copper Sauté Pan 24 cm',
      price: 21900,
      stock: 1,
      description:
        "Two millimetres of copper lined with tin, straight from the smith's bench; there is only this one.",
    },
    {
      name: 'Cherry Stoner',
      price: 1390,
      stock: 95,
      description: 'Six cherries at a squeeze, and the stones land in the box instead of on the wall.',
    },
  ],
};
