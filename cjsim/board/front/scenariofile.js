// A scenario file with other values: the lines of the changed keys are written anew.

// toml: complete, a key a line below its table's head. changes: dotted key -> value.
export function patched(toml, changes) {
  const lines = toml.split("\n");
  for (const [key, value] of Object.entries(changes)) {
    const at = key.lastIndexOf(".");
    put(lines, key.slice(0, Math.max(0, at)), key.slice(at + 1), written(value));
  }
  return lines.join("\n");
}

const written = (value) => value === "inf" || typeof value !== "string" ? floated(value) : JSON.stringify(value);

const floated = (value) => String(value);

function put(lines, table, name, value) {
  const head = table ? lines.findIndex((line) => line.trim() === `[${table}]`) : -1;
  if (table && head < 0) return putInline(lines, table, name, value);
  for (let i = head + 1; i < lines.length && !lines[i].startsWith("["); i++) {
    const found = lines[i].match(/^(\S+) = (\S+)/);
    if (found?.[1] === name) {
      const isFloat = found[2].includes(".") || found[2] === "inf";
      lines[i] = `${name} = ${isFloat && /^-?\d+$/.test(value) ? `${value}.0` : value}`;
      return;
    }
  }
  lines.splice(head + 1, 0, `${name} = ${value}`);
}

// A table that is written in one line, such as a stage: { typical_days = 20.0, planned_loss = 0.2 }.
function putInline(lines, table, name, value) {
  const at = table.lastIndexOf(".");
  const [above, own] = [table.slice(0, Math.max(0, at)), table.slice(at + 1)];
  const head = above ? lines.findIndex((line) => line.trim() === `[${above}]`) : -1;
  for (let i = head + 1; i < lines.length && !lines[i].startsWith("["); i++) {
    if (!lines[i].startsWith(`${own} = {`)) continue;
    const known = new RegExp(`(\\b${name} = )[^,}]+?(?=,| })`);
    lines[i] = known.test(lines[i]) ? lines[i].replace(known, `$1${value}`)
      : lines[i].replace(/\{ ?/, `{ ${name} = ${value}, `).replace(/, \}/, " }");
    return;
  }
}
