// Both parts read what they show when they are opened; until then they ask for nothing.

const root = element.querySelector('[data-part="root"]');
translate(root);
createKeeper(root);
createFilm(root);
