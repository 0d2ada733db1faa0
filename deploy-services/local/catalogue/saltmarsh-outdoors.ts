import type { StoreOffer } from './offer.js';

export const saltmarshOutdoors: StoreOffer = {
  name: 'Saltmarsh Outdoors',
  seller: 'tomas',
  description:
    'Tents, stoves and clothes for bad weather, tested on the mud flats behind the shop before they reach the shelf.',
  products: [
    {
      name: 'Two-Person Tent "Plover"',
      price: 24900,
      stock: 16,
      description: 'Stands in four minutes, weighs 1.9 kg and has a porch deep enough for two wet packs.',
    },
    {
      name: 'Family Tent "Curlew"',
      price: 42900,
      stock: 6,
      description: 'Room to stand for four and a bedroom that is properly dark at five in the morning.',
    },
    {
      name: 'Down Sleeping Bag -5 C',
      price: 21900,
      stock: 19,
      description: 'Responsibly sourced down in a shell that shrugs off dew; packs to the size of a loaf.',
    },
    {
      name: 'Summer Sleeping Bag',
      price: 6900,
      stock: 45,
      description: 'Light synthetic fill for huts and warm nights. Opens flat into a blanket.',
    },
    {
      name: 'Sleeping Mat, insulated',
      price: 8900,
      stock: 34,
      description: 'Seven centimetres of comfort, blown up in ten breaths, warm down to freezing.',
    },
    {
      name: 'Foam Sit Mat',
      price: 790,
      stock: 210,
      description: 'A folded square that keeps you dry on every wall, stump and ferry deck.',
    },
    {
      name: 'Trekking Pack 48 l',
      price: 15900,
      stock: 22,
      description:
        'A frame you can bend to your back, a hood that becomes a day bag, and no dangling straps.',
    },
    {
      name: 'Day Pack 22 l',
      price: 6900,
      stock: 58,
      description: 'One big pocket, one small one, and a back panel that lets the air through.',
    },
    {
      name: 'Dry Bag 15 l',
      price: 1890,
      stock: 120,
      description: 'Rolls shut three times and floats. Bright orange, so that you can see it do so.',
    },
    {
      name: 'Gas Stove "Ember"',
      price: 4900,
      stock: 47,
      description: 'Folds into its own mug and boils half a litre in three minutes, even in wind.',
    },
    {
      name: 'Wood Stove, collapsible',
      price: 7900,
      stock: 18,
      description: 'Five steel plates that slot together and burn twigs, pine cones and bad maps.',
    },
    {
      name: 'Camp Cook Set for Two',
      price: 5490,
      stock: 39,
      description: 'Two pots, a pan and a lid that drains, all inside one another, all hard-anodised.',
    },
    {
      name: 'Titanium Mug 450 ml',
      price: 3200,
      stock: 66,
      description: 'Weighs 78 grams and comes with a lid, because tea in the rain gets longer.',
    },
    {
      name: 'Folding Spork, set of 4',
      price: 990,
      stock: 180,
      description: 'Long handles for deep pouches, edges that cut a sausage, four colours against quarrels.',
    },
    {
      name: 'Water Filter "Reed"',
      price: 4490,
      stock: 52,
      description: 'A hollow-fibre filter for a thousand litres; squeeze it, hang it or drink through it.',
    },
    {
      name: 'Insulated Bottle 750 ml',
      price: 2990,
      stock: 98,
      description:
        'Tea is hot after twelve hours and the cap is a cup. The paint is scratch-proof, honestly.',
    },
    {
      name: 'Head Torch 400 lm',
      price: 3990,
      stock: 73,
      description: 'Red light for maps, white for paths, and a lock so that it stays off in the pack.',
    },
    {
      name: 'Storm Lantern, rechargeable',
      price: 4590,
      stock: 41,
      description: 'Hangs, stands or sticks by its magnet, and tells you how many hours are left.',
    },
    {
      name: 'Rain Jacket "Squall"',
      price: 18900,
      stock: 27,
      description: 'Three layers, taped seams, and a hood with a peak stiff enough to look into the weather.',
    },
    {
      name: 'Wool Base Layer, long sleeve',
      price: 7490,
      stock: 55,
      description: 'Fine merino that does not itch and does not smell until day five.',
    },
    {
      name: 'Hiking Socks, two pairs',
      price: 2690,
      stock: 160,
      description:
        'Padded where boots rub and thin where they do not. Guaranteed against holes for two years.',
    },
    {
      name: 'Gaiters',
      price: 3890,
      stock: 31,
      description:
        'Knee-high, with a strap that survives gravel. They close at the front, where you can reach.',
    },
    {
      name: 'Tide Watch',
      price: 11900,
      stock: 13,
      description: 'Shows high and low water for two hundred harbours and, if you insist, the time.',
    },
    {
      name: 'Tarp 3 x 3 m',
      price: 7900,
      stock: 29,
      description: 'Nineteen loops, twelve grams a square hand, and a booklet of ways to hang it.',
    },
    {
      name: 'Hand-Forged Hatchet',
      price: 9900,
      stock: 4,
      description: 'Ash handle, leather sheath and a head from a smith who makes forty a year.',
    },
    {
      name: 'Bird Guide: Shore and Marsh',
      price: 2200,
      stock: 68,
      description:
        'Waterproof pages, 140 species, and drawings that show how a bird looks when it is far away.',
    },
  ],
};
