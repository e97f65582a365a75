import { textFolder } from './text-folder.ts';

const address = 'https://wikitext.smerity.com';

/** Any folder of running text; what is fetched is WikiText-2 (Merity et al. 2017). */
export const text = textFolder({
  name: 'text',
  title: 'text (WikiText-2 or any other)',
  examples: { train: 36_718, test: 4358 },
  folder: 'wikitext-2',
  archive: {
    file: 'wikitext-2-v1.zip',
    url: `${address}/wikitext-2-v1.zip`,
    bytes: null,
    md5: '542ccefacc6c27f945fb54453812b3cd',
  },
  address,
});

/** WikiText-103 (Merity et al. 2017): featured articles of Wikipedia, 103 million words. */
export const wikitext103 = textFolder({
  name: 'wikitext-103',
  title: 'WikiText-103',
  examples: { train: 1_801_350, test: 4358 },
  folder: 'wikitext-103',
  archive: {
    file: 'wikitext-103-v1.zip',
    url: `${address}/wikitext-103-v1.zip`,
    bytes: null,
    md5: '9ddaacaf6af0710eda8c456decff7832',
  },
  address,
});
