// Marks of objects, one kind for each who marks them.

class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the field of the class below is then put on the object itself.
    return object;
  }
}

/** Marks objects, frozen ones too, by a private field: cheap to set, to look at and to collect, where a WeakSet is neither. */
export interface Marks {
  add(object: object): void;
  has(object: object): boolean;
}

export function marks(): Marks {
  class Mark extends Given {
    readonly #mark = true;

    static add(object: object): void {
      if (!Mark.has(object)) new Mark(object);
    }

    static has(object: object): boolean {
      return #mark in object;
    }
  }
  return Mark;
}
