import { openai } from "@ai-sdk/openai"

export const writer = openai("gpt-4o")

export function descriptionPrompt(title: string, notes: string, tone: string) {
  return `You are the copywriter of Atticly, a marketplace for secondhand furniture.
Write the description of a listing in the tone the seller asks for: ${tone}.
The item is called "${title}". Notes of the seller: ${notes}
Answer with HTML, only <p>, <ul> and <li>. Never promise delivery times, never mention other marketplaces.`
}
