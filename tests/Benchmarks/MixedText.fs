/// Text such as tokenizers meet: English, code, Chinese, Russian, emoji and numbers, the same each time.
module Levee.Benchmarks.MixedText

open System
open System.Text

let private common =
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all "
    + "her she there would their we him been has when who will no more if out so up said what its about than into them can only other "
    + "time new some could these two may first then do any like my now over such our man me even most made after also did many off "
    + "before must well back through years much where your way down should because long each just state those people too little good "
    + "world make very year still see own work day get here between both life being under three never know same last another while"

let private english = common.Split ' '
let private syllables = "ka to mi ren dor al ves tin per con sta ble ing tion er un re pre".Split ' '
let private russian = "при вет мир как дела это рос сия но вый год вре мя че ло век сло во дом".Split ' '
let private chinese = "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者"
let private emoji = [| "😀"; "🚀"; "👩‍👩‍👧"; "❤️"; "🇫🇷"; "🔥" |]

let private pick (random: Random) (items: string[]) = items[random.Next items.Length]
let private repeat least most separator (random: Random) (item: Random -> string) =
    String.Join((separator: string), Seq.init (random.Next(least, most + 1)) (fun _ -> item random))

let private invented (random: Random) = repeat 2 4 "" random (fun random -> pick random syllables)

// Frequent words are frequent, and some words are met once only.
let private word (random: Random) =
    if random.NextDouble() < 0.85 then
        english[int(float english.Length * random.NextDouble() ** 3.0)]
    else
        invented random

let private sentence random = repeat 20 80 " " random word + ".\n"

let private line (random: Random) =
    $"    for {invented random} in range({random.Next 10000}):\n"
    + $"        {word random}_{word random}[i] += self.{invented random}({word random}, %.4f{random.NextDouble()})  # {word random}"

let private code random = repeat 2 8 "\n" random line + "\n\n"
let private chineseSentence random = repeat 30 120 "" random (fun random -> string chinese[random.Next chinese.Length]) + "。\n"
let private russianWord random = repeat 1 3 "" random (fun random -> pick random russian)
let private russianSentence random = repeat 10 40 " " random russianWord + ".\n"

let private numbers random =
    repeat 10 10 " " random (fun random -> pick random emoji + string(random.Next(pown 10 (random.Next(1, 10))))) + "\r\n"

let private paragraph (random: Random) =
    match random.NextDouble() with
    | share when share < 0.4 -> sentence random
    | share when share < 0.6 -> code random
    | share when share < 0.75 -> chineseSentence random
    | share when share < 0.9 -> russianSentence random
    | _ -> numbers random

let private document (bytes: int) (random: Random) =
    let text = StringBuilder()
    let mutable written = 0
    while written < bytes do
        let next = paragraph random
        text.Append next |> ignore
        written <- written + Encoding.UTF8.GetByteCount next
    text.ToString()

/// A number of documents, each of which is in UTF-8 a little longer than a number of bytes.
let documents count bytes =
    let random = Random 20250807
    Array.init count (fun _ -> document bytes random)
