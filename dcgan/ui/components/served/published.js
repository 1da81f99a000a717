// One part of a page holds the table of the server's sentences, SERVED, which is large, and says them for all: `sayServed` of live/words.js.

window.dcganSayServed = servedBy(SERVED.en, SERVED[language]);
