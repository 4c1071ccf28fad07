// What a reader has written, for when they come back; a browser that keeps nothing is no trouble.
export function kept(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

export function keep(name, words) {
  try {
    if (words) localStorage.setItem(name, words);
    else localStorage.removeItem(name);
  } catch { /* it is gone with the page */ }
}
