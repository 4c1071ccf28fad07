// Where the state is kept: in the address of the page, or, in a notebook, in the widget.

// Reload keeps it, back undoes it, a link shares it.
export class AddressPlace {
  constructor(changed) {
    this.depth = history.state?.depth ?? 0;
    addEventListener("popstate", () => {
      this.depth = history.state?.depth ?? 0;
      changed(location.hash);
      tellAbove();
    });
  }

  get now() {
    return location.hash;
  }

  go(address) {
    if (address === location.hash) return;
    this.depth++;
    history.pushState({ depth: this.depth }, "", address);
    tellAbove();
  }

  canGoBack() {
    return this.depth > 0;
  }

  back() {
    history.back();
  }

  link() {
    return location.href;
  }
}

// In a frame of a page of ours: what was designed, so that it need not be copied.
function tellAbove() {
  if (parent !== window) parent.postMessage({ cjsimAddress: location.hash }, "*");
}

// The same without an address: `keep` is called with every state, to be found at the next sight.
export class OwnPlace {
  constructor(first, changed, keep) {
    Object.assign(this, { now: first, changed, keep, past: [] });
  }

  go(address) {
    if (address === this.now) return;
    this.past.push(this.now);
    this.now = address;
    this.keep(address);
  }

  canGoBack() {
    return this.past.length > 0;
  }

  back() {
    if (!this.past.length) return;
    this.now = this.past.pop();
    this.keep(this.now);
    this.changed(this.now);
  }

  link() {
    return this.now;
  }
}
