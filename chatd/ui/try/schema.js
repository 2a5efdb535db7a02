// What the schema says about commands: their fields in words, and a frame to begin with.

const NAME = /([^/]+)$/u;

/** Told once for all commands and kept filled in. */
export const KEPT = new Set(['type', 'id', 'key']);

export class Schema {
  #definitions;

  constructor(schema) {
    this.#definitions = schema.$defs;
    this.commands = new Map();
    for (const { $ref } of schema.$defs.Command.anyOf) {
      const definition = this.#resolved({ $ref });
      this.commands.set(this.#type(definition), definition);
    }
    this.commands = new Map([...this.commands].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  about(type) {
    return prose(this.commands.get(type).description ?? '');
  }

  isKeyed(type) {
    return 'key' in this.commands.get(type).properties;
  }

  /** [{name, type, note, needed}] as declared, without those that every command has. */
  fields(type) {
    const { properties, required = [] } = this.commands.get(type);
    return Object.entries(properties)
      .filter(([name]) => !KEPT.has(name))
      .map(([name, schema]) => ({
        name,
        type: this.#words(schema),
        note: this.#note(schema),
        needed: required.includes(name),
      }));
  }

  /** A value that fits the field; `known` are values by field name, from what was said recently. */
  example(type, name, known) {
    return this.#example(this.commands.get(type).properties[name], name, known);
  }

  #type({ properties: { type } }) {
    return type.const ?? type.enum[0];
  }

  #resolved(schema) {
    return schema.$ref ? this.#definitions[NAME.exec(schema.$ref)[1]] : schema;
  }

  /** The choices of a field, null left out: it means the same as no field. */
  #choices(schema) {
    const whole = this.#resolved(schema);
    return (whole.anyOf ?? [whole]).filter((each) => each.type !== 'null');
  }

  #words(schema) {
    return this.#choices(schema)
      .map((one) => {
        const each = this.#resolved(one);
        if (each.enum) return each.enum.map((word) => JSON.stringify(word)).join(' | ');
        if (each.const !== undefined) return JSON.stringify(each.const);
        if (each.type === 'array') return `list of ${each.items ? this.#words(each.items) : 'anything'}`;
        return { string: 'text', integer: 'whole number', boolean: 'true | false' }[each.type] ?? each.type ?? 'anything';
      })
      .join(' or ');
  }

  #note(schema) {
    const [one] = this.#choices(schema);
    const each = this.#resolved(one);
    const { minLength, maxLength, minimum, maximum, minItems, maxItems } = each;
    const notes = [schema.description ?? one.description ?? each.description];
    if (maxLength) notes.push(`${minLength ? `${minLength} to ` : 'up to '}${maxLength} characters`);
    if (maxItems) notes.push(`${minItems ? `${minItems} to ` : 'up to '}${maxItems} of them`);
    if (maximum !== undefined && maximum < 2 ** 53 - 1) notes.push(`${minimum ?? '…'} to ${maximum}`);
    else if (minimum > 0) notes.push(`${minimum} or more`);
    if (schema.default !== undefined && schema.default !== null) notes.push(`else ${JSON.stringify(schema.default)}`);
    return notes.filter(Boolean).map((note) => note.replace(/\.$/u, '')).join('; ');
  }

  #example(schema, name, known) {
    if (name in known) return known[name];
    const [one] = this.#choices(schema);
    const each = this.#resolved(one);
    if (each.enum) return each.enum[0];
    if (each.const !== undefined) return each.const;
    switch (each.type) {
      case 'integer':
      case 'number':
        return each.minimum ?? 0;
      case 'boolean':
        return true;
      case 'array':
        return name === 'rooms' && known.room ? [known.room] : [];
      case 'object':
        return {};
      default:
        return '';
    }
  }
}

function prose(text) {
  return text.replace(/\s+/gu, ' ').replace(/``/gu, '`').trim();
}
