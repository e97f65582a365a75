/**
 * The TensorFlow builds that the engine runs on: Python wheels, of which only the C library and its headers are used.
 * `bytes`: size of the download; `unpackedBytes`: of what is kept of all of a library's wheels.
 */

/**
 * @typedef {object} WheelPin
 * @property {string} name
 * @property {string} version
 * @property {string} platform the wheel's platform tag, as given to pip
 * @property {string} sha256
 * @property {number} bytes
 */

/**
 * @typedef {object} LibraryPin
 * @property {string} version of TensorFlow
 * @property {number} unpackedBytes
 * @property {WheelPin[]} wheels TensorFlow itself first
 */

/** @typedef {'cpu' | 'gpu'} Device */
/** @typedef {'linux-x64' | 'linux-arm64'} Platform */

const version = '2.21.0';
const manylinux227 = 'manylinux_2_27_x86_64';
const manylinux217 = 'manylinux_2_17_x86_64';
const manylinux212 = 'manylinux_2_12_x86_64';

/**
 * @param {string} name
 * @param {string} wheelVersion
 * @param {string} platform
 * @param {string} sha256
 * @param {number} bytes
 * @returns {WheelPin}
 */
const wheel = (name, wheelVersion, platform, sha256, bytes) => ({
  name,
  version: wheelVersion,
  platform,
  sha256,
  bytes,
});

/** CUDA 12 libraries: the newest that the `and-cuda` extra of the TensorFlow wheel admits. */
const cuda = [
  wheel(
    'nvidia-cublas-cu12',
    '12.9.3.13',
    manylinux227,
    'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    581_200_000,
  ),
  wheel(
    'nvidia-cuda-cupti-cu12',
    '12.8.90',
    manylinux217,
    'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
    10_200_000,
  ),
  wheel(
    'nvidia-cuda-nvcc-cu12',
    '12.9.86',
    manylinux212,
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    40_500_000,
  ),
  wheel(
    'nvidia-cuda-nvrtc-cu12',
    '12.9.86',
    manylinux212,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    89_600_000,
  ),
  wheel(
    'nvidia-cuda-runtime-cu12',
    '12.9.79',
    manylinux217,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    3_500_000,
  ),
  wheel(
    'nvidia-cudnn-cu12',
    '9.28.0.42',
    manylinux227,
    '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    716_500_000,
  ),
  wheel(
    'nvidia-cufft-cu12',
    '11.4.1.4',
    manylinux217,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    200_900_000,
  ),
  wheel(
    'nvidia-curand-cu12',
    '10.3.10.19',
    manylinux227,
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    68_300_000,
  ),
  wheel(
    'nvidia-cusolver-cu12',
    '11.7.5.82',
    manylinux227,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    338_100_000,
  ),
  wheel(
    'nvidia-cusparse-cu12',
    '12.5.10.65',
    manylinux217,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    366_500_000,
  ),
  wheel(
    'nvidia-nccl-cu12',
    '2.32.3',
    manylinux227,
    'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    351_500_000,
  ),
  wheel(
    'nvidia-nvjitlink-cu12',
    '12.9.86',
    manylinux212,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    39_700_000,
  ),
];

/** @type {Record<Platform, { cpu: LibraryPin, gpu?: LibraryPin }>} */
export const libraryPins = {
  'linux-x64': {
    cpu: {
      version,
      unpackedBytes: 990_000_000,
      wheels: [
        wheel(
          'tensorflow-cpu',
          version,
          manylinux227,
          '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
          273_829_956,
        ),
      ],
    },
    gpu: {
      version,
      unpackedBytes: 6_000_000_000,
      wheels: [
        wheel(
          'tensorflow',
          version,
          manylinux227,
          '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
          572_440_367,
        ),
        ...cuda,
      ],
    },
  },
  'linux-arm64': {
    cpu: {
      version,
      unpackedBytes: 990_000_000,
      wheels: [
        // On arm64 the plain wheel has no CUDA, and there is none named tensorflow-cpu.
        wheel(
          'tensorflow',
          version,
          'manylinux_2_27_aarch64',
          '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
          281_828_020,
        ),
      ],
    },
  },
};
