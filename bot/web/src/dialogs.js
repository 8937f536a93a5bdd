import { button, h } from "./dom.js";

let dialogs = 0;

/** Opens a modal dialog over the chat; it closes with Escape, its button or what is returned, and focus goes back. */
export function openDialog(chat, title, ...content) {
  dialogs += 1;
  const id = `motcua-dialog-${dialogs}`;
  const before = chat.root.activeElement;
  const dialog = h("dialog", { "aria-labelledby": id });
  const close = () => {
    dialog.remove();
    if (before) before.focus();
  };
  dialog.append(
    h("div", { class: "dialog-bar" }, h("h2", { id }, title), button("close", chat.t("close"), close, { class: "plain close" })),
    ...content,
  );
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape" && !dialog.showModal) close();
  });
  chat.frameElement.append(dialog);
  if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute("open", "");
  return close;
}

/** Asks before something is done; `act` may fail, then `failed` is said and the dialog stays. */
export function confirm(chat, { title, notice, yes, failed }, act) {
  const problem = h("p", { class: "problem", role: "status", hidden: true });
  const agree = button(null, yes, async () => {
    try {
      await act();
      close();
    } catch (error) {
      problem.hidden = false;
      problem.textContent = failed;
    }
  }, { class: "primary" });
  const refuse = button(null, chat.t("cancel"), () => close());
  const close = openDialog(chat, title, h("p", null, notice), problem, h("div", { class: "row" }, agree, refuse));
}
