/** The words of generated passages, by what they name. */
export const passageWords = {
  firstNames: split(
    'Mary John Anna James Emma Robert Alice Henry Clara Thomas Helen George Laura Peter Rose Charles Julia Paul Grace ' +
      'Simon Ruth Martin Jane Daniel',
  ),
  lastNames: split(
    'Smith Brown Taylor Wilson Clark Hall Young King Wright Hill Green Baker Carter Turner Parker Cooper Ward Gray ' +
      'Watson Wood Bell Stone Fisher Marsh',
  ),
  towns: split(
    'London Paris Boston Dublin Oxford Rome Vienna Berlin Chicago Sydney Madrid Moscow Bristol York Lisbon Athens ' +
      'Prague Toronto Geneva Leeds',
  ),
  professions: split(
    'teacher doctor painter writer singer lawyer sailor farmer soldier judge engineer chemist printer actor miner priest',
  ),
  adjectives: split('old new first great small red white black blue green golden silver long high stone iron'),
  things: split('bridge tower clock ship church road garden book map house wall mill castle theatre statue well'),
} as const;

function split(words: string): string[] {
  return words.split(' ');
}
