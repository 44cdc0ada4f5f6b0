// SPDX-License-Identifier: Apache-2.0
// What graphql-js makes of each case on standard input (graphql.cc says how they stand there). For each a line of JSON: why it refuses
// the text, or the operation as graphql.cc tells it.
'use strict';
const { parse, getOperationAST, isExecutableDefinitionNode, Kind } = require('graphql');

function rootFields(document, operation) {
  const fields = [];
  const seen = new Set();
  const visit = (set) => {
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        if (!fields.includes(one.name.value)) fields.push(one.name.value);
      } else if (one.kind === Kind.INLINE_FRAGMENT) {
        visit(one.selectionSet);
      } else if (!seen.has(one.name.value)) {
        seen.add(one.name.value);
        const fragment = document.definitions.find((other) => other.kind === Kind.FRAGMENT_DEFINITION && other.name.value === one.name.value);
        if (fragment) visit(fragment.selectionSet);
      }
    }
  };
  visit(operation.selectionSet);
  return fields;
}

function outcome(text, name) {
  let document;
  try {
    document = parse(text, { noLocation: true });
  } catch (error) {
    return { refused: error.message };
  }
  if (!document.definitions.every(isExecutableDefinitionNode)) return { refused: 'definitions of types' };
  if (!document.definitions.some((one) => one.kind === Kind.OPERATION_DEFINITION)) return { refused: 'no operation' };
  const operation = getOperationAST(document, name || undefined);
  if (!operation) return { chosen: null };
  return { chosen: [operation.operation, operation.name ? operation.name.value : '', ...rootFields(document, operation)] };
}

let held = Buffer.alloc(0);
process.stdin.on('data', (part) => {
  held = Buffer.concat([held, part]);
  while (held.length >= 5 && held.length >= 5 + held.readUInt32BE(1)) {
    const size = held.readUInt32BE(1);
    const text = held.subarray(5, 5 + size).toString('utf8');
    const line = held[0] === 'N'.charCodeAt(0) ? text.indexOf('\n') : 0;
    process.stdout.write(JSON.stringify(outcome(held[0] === 'N'.charCodeAt(0) ? text.slice(line + 1) : text, text.slice(0, line))) + '\n');
    held = held.subarray(5 + size);
  }
});
