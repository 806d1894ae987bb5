/**
 * Disjoint sets with path halving and union by size: O(n α(n)) (Tarjan and van Leeuwen 1984).
 *
 * It serves one evaluation of a component and is thrown away: identity itself must be able to split, which disjoint
 * sets cannot.
 * @module
 */
import { must } from '#domain/shared/assert.ts';

/** A partition of a fixed set of elements that can only become coarser. */
export class DisjointSets<Element> {
  readonly #parent = new Map<Element, Element>();
  readonly #size = new Map<Element, number>();

  constructor(elements: Iterable<Element>) {
    for (const element of elements) {
      this.#parent.set(element, element);
      this.#size.set(element, 1);
    }
  }

  /** The element that stands for this element's set. */
  find(element: Element): Element {
    let current = element;
    let parent = must(this.#parent.get(current), 'element of the sets');
    while (parent !== current) {
      const grandparent = must(this.#parent.get(parent), 'parent');
      this.#parent.set(current, grandparent);
      current = grandparent;
      parent = must(this.#parent.get(current), 'grandparent');
    }
    return current;
  }

  /** Joins the sets of two elements and returns the element that stands for both. */
  union(a: Element, b: Element): Element {
    const [rootA, rootB] = [this.find(a), this.find(b)];
    if (rootA === rootB) return rootA;
    const [sizeA, sizeB] = [
      must(this.#size.get(rootA), 'size'),
      must(this.#size.get(rootB), 'size'),
    ];
    const [root, child] = sizeA >= sizeB ? [rootA, rootB] : [rootB, rootA];
    this.#parent.set(child, root);
    this.#size.set(root, sizeA + sizeB);
    return root;
  }

  /** All sets; elements in the order they were given, sets by their first element. */
  sets(): readonly (readonly Element[])[] {
    const bySet = new Map<Element, Element[]>();
    for (const element of this.#parent.keys()) {
      const root = this.find(element);
      const members = bySet.get(root);
      if (members) members.push(element);
      else bySet.set(root, [element]);
    }
    return [...bySet.values()];
  }
}
