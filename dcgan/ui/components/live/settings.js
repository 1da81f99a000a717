// What settings are called in the page's language. FIELDS is put in front by the factory.

/** A setting's name as the form has it. */
const settingName = (key) => FIELDS[language][key] ?? key;
