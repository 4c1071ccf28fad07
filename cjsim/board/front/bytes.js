// Bytes that were written down as text.
export const decoded = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
