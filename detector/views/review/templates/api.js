// Talking to the program: all addresses are relative, so they keep the secret part of the page's own.

export class Refused extends Error {}
export class Gone extends Error {}

async function answer(promise) {
  let response;
  try {
    response = await promise;
  } catch {
    throw new Gone("The program that serves this page has ended. What you decided before is kept; start it again.");
  }
  const facts = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(facts.error || `The program refused this (${response.status}).`);
  return facts;
}

function write(method, path, document) {
  const body = JSON.stringify(document);
  return answer(fetch(path, {method, body, headers: {"Content-Type": "application/json"}}));
}

export const read = (path) => answer(fetch(path));
export const decide = (document) => write("POST", "decisions", document);
export const saveRegions = (document) => write("PUT", "regions", document);
