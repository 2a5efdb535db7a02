// What the page knows and the DOM's types do not.

/** All elements of the page are HTML's or SVG's, which both take the focus and carry data-…. */
interface Element extends HTMLOrSVGElement {}
