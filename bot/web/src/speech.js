const Recognition = self.SpeechRecognition || self.webkitSpeechRecognition;

function voice() {
  const voices = self.speechSynthesis ? speechSynthesis.getVoices() : [];
  return voices.find((one) => /^vi\b/i.test(one.lang.replace("_", "-")));
}

/** Shows an element only where the device can read Vietnamese; voices may turn up late. */
export function showIfItReads(element) {
  const show = () => {
    element.hidden = !voice();
  };
  show();
  if (self.speechSynthesis && speechSynthesis.addEventListener) speechSynthesis.addEventListener("voiceschanged", show);
}

/** Reads a text aloud line by line (long utterances break off on some phones); calls `onEnd` at the end. */
export function read(text, onEnd) {
  speechSynthesis.cancel();
  const lines = text.split("\n").filter((line) => /[\p{L}\d]/u.test(line));
  lines.forEach((line, at) => {
    const utterance = new SpeechSynthesisUtterance(line);
    utterance.voice = voice();
    utterance.lang = "vi-VN";
    if (at === lines.length - 1) utterance.onend = onEnd;
    utterance.onerror = onEnd;
    speechSynthesis.speak(utterance);
  });
}

export function stopReading() {
  speechSynthesis.cancel();
}

export const canDictate = Boolean(Recognition);

/** Listens; `onText` gets what was heard so far, `onEnd` whether anything was. Returns a function that stops. */
export function dictate(onText, onEnd) {
  const recognition = new Recognition();
  let heard = "";
  recognition.lang = "vi-VN";
  recognition.interimResults = true;
  recognition.onresult = (event) => {
    heard = Array.from(event.results, (result) => result[0].transcript).join(" ");
    onText(heard);
  };
  recognition.onend = () => onEnd(Boolean(heard));
  recognition.start();
  return () => recognition.stop();
}
