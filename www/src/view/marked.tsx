/** Words in which code stands between backticks. */
export function marked(words: string) {
  return words.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
