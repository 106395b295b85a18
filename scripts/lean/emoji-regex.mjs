// Tables of 20 kB to measure help texts that hold no emoji.
export default () => /\p{Emoji_Presentation}/gu;
