/**
 * The passwords that guessing tools try first, of those long enough to pass the length rule, in lower case. A short
 * list in memory stops the guesses that the throttle still lets through; it is no substitute for a breach service.
 */
const words = `
00000000 000000000 0000000000 01010101 01234567 012345678 0123456789 0987654321 09876543 10101010
102030405060 10203040 11112222 11111111 111111111 1111111111 11223344 1122334455 112233445566 11235813
12121212 1212121212 12131415 123123123 1231231234 12312312 1234abcd 123412341234 12341234 1234512345
12344321 1234554321 12345678 123456781 123456789 1234567890 12345678900 12345678910 123456789a 123456789q
12345678a 1234567890a 1234567890q 1234567891 1234567899 12345679 1234567a 1234567q 123456aa 123456ab
123456abc 123456asd 123456qwe 123456qwerty 1234qwer 12345qwert 12345qwerty 123654789 123789456 12qwaszx
13131313 13579246 135792468 1357924680 14141414 142536475869 14253647 147258369 147852369 1472583690
159357456 159753456 159357159 159753159 1a2b3c4d 1a2b3c4d5e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1q2w3e4r5t6y7u
1qaz1qaz 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qaz!qaz 1qaz@wsx 20202020 21212121 22222222 22446688
23232323 232323232 24682468 25252525 25802580 258456258 29292929 31415926 314159265 31415926535
33333333 33445566 369258147 36925814 44444444 45454545 456123789 456456456 4815162342 55555555
5555555555 56565656 654321654321 66666666 666666666 69696969 741852963 74108520963 77777777 777777777
7777777777 78787878 789456123 78945612 7894561230 789789789 80808080 87654321 876543210 88888888
888888888 8888888888 89898989 90909090 963852741 98765432 987654321 9876543210 987654321a 98989898
99999999 999999999 9999999999 a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 a1s2d3f4 aa123456
aa12345678 aa123456789 aaaa1111 aaaaaaaa aaaaaaaaa abc12345 abc123456 abc1234567 abc123abc abcd1234
abcd12345 abcd123456 abcabcabc abcabc123 abcdefgh abcdefghi abcdef123 abcdefg1 abcdefg123 access14
adgjmptw administrator administrador admin123 admin1234 admin12345 admin123456 adminadmin admin@123 alexander
alexandra alexandria alejandra alejandro allison1 amanda123 america1 anderson andromeda angelica
angelina angel123 anthony1 apple123 aquarius arsenal1 arsenal123 asdasd123 asdasdasd asdf1234
asdf12345 asdfasdf asdfghjk asdfghjkl asdfghjkl1 asdfjkl1 asdqwe123 ashley12 assassin atlantis
australia babyblue babygirl babygirl1 badminton balloons barcelona barcelona1 baseball baseball1 basketball
basketball1 batman123 beautiful beautiful1 benjamin berkeley bigdaddy birthday birthday1 blackjack
blessed1 blink182 bluebird bollocks brandon1 braveheart brooklyn bubblegum buddy123 bulldogs
bullshit business butterfly butterfly1 c0mputer california calvin123 cameron1 campbell capricorn
carolina caroline catherine celtic1888 champion changeme changeme1 changeme123 charles1 charlie1
charlie123 charlotte cheese123 chelsea1 chelsea123 chicago1 chicken1 chocolate chocolate1 chrisbrown
christian christina christine christmas christopher cinderella claudia1 clifford cocacola coffee123
colorado commander computer computer1 computer123 concrete confused cookie123 corvette courtney
creative cristian cristiano cristina cutiepie d1234567 daniel123 danielle darkness darkside
database david123 december default1 defender diamond1 dinosaur discovery
dolphin1 dolphins domination dontknow drowssap dragon12 dragon123 dragonball einstein elephant
elizabeth elizabeth1 emmanuel enterprise eternity everton1 excalibur explorer facebook facebook1
february fernanda fernando fireball firebird firefighter fireman1 fletcher florence flower123
football football1 football12 football123 footbal1 forever1 forever21 fountain franklin freckles
freedom1 freedom123 freepass friend123 friends1 friendship fuckoff1 fuckyou1 fuckyou123 fuckyou2
gabriela gabriell gangster garfield1 generation getmoney gfhjkm123 giovanni gladiator godzilla
goldfish goodluck google123 gorgeous grandma1 greatone greenday greenday1 guinness guitar123
gunners1 hamilton hannah123 happiness happy123 hardcore harley123 harrypotter hastings heather1
hello123 hello1234 hello12345 hellohello hellokitty hercules highland hollywood homework honda123
honey123 hotmail1 house123 hunter12 hunter123 iceman123 idontknow ihateyou iloveme1 ilovemyself
iloveyou iloveyou1 iloveyou12 iloveyou123 iloveyou2 iloveyou! imissyou infinity institute internet
internet1 investor ironman1 isabella jackson1 jackson5 jacqueline jamesbond jasmine1 jason123
jeffrey1 jennifer jennifer1 jeremiah jessica1 jessica123 jonathan jordan12 jordan123 jordan23
joseph123 joshua12 joshua123 juventus justin123 justinbieber katherine kathleen kawasaki keyboard
kimberly kingkong kristina laetitia lacrosse lakers24 lavender lawrence leonardo letmein1
letmein12 letmein123 letmein! leicester lifehack liberty1 lightning linkinpark liverpool liverpool1
lollipop lollol123 london123 longhorn lorenzo1 loveforever lovelove loveless lovelife loveme123
lovers123 loveyou1 loveyou2 lucky123 m1234567 macintosh madison1 maggie123 mandarin manchester
manutd123 margaret marathon margarita maria123 marie123 marijuana marlboro marshall martin123
martinez mastermind master12 master123 matthew1 maverick maxwell1 mazda323 mercedes mercury1
metallic metallica metallica1 mexico123 michael1 michael123 michelle michelle1 mickey123 microsoft
midnight millwall minecraft minecraft1 mississippi mitchell monday123 money123 monica123 monkey12
monkey123 monster1 monster123 montana1 montreal moonlight mortgage motorola mountain mustang1
mustang123 myspace1 naruto123 natalie1 nathaniel newcastle newpassword newyork1 nicholas nicholas1
nicole123 nightmare nikita123 nintendo nirvana1 nothing1 november november11 nowayout oblivion
october1 ohshit123 oliver123 olivia123 orange123 p@55w0rd p@ssw0rd p@ssw0rd1 p@ssw0rd123 p@ssword
pa$$w0rd pa55w0rd pa55word pakistan panasonic pantera1 paradise paramore parola123 pass1234
pass12345 pass123456 pass@123 passpass passport passw0rd passw0rd1 passw0rd123 password password!
password0 password00 password01 password1 password1! password10 password11 password12 password123 password1234
password12345 password13 password2 password21 password22 password3 password4 password5 password7 password8
password9 password99 passwort passwort1 patricia patrick1 peaches1 peanut123 peekaboo pegasus1
penguin1 pepper123 personal philippe phoenix1 pictures pineapple pinkfloyd platinum playboy1
playstation player123 pleasant pokemon1 pokemon123 porsche1 porsche911 portland portugal precious
presario prestige princesa princess princess1 princess12 princess123 princessa princeton professor
promethe property purple123 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 q12345678 q123456789 qazwsx12 qazwsx123
qazwsxed qazwsxedc qazwsxedc123 qazwsxedcrfv qazxsw123 qq123456 qqqqqqqq qqww1122 qwaszx12 qwe12345
qwe123456 qwe123qwe qweasd123 qweasdzxc qweasdzxc1 qweasdzxc123 qweqweqwe qwer1234 qwer12345 qwerasdf
qwert12345 qwert123 qwert1234 qwerty00 qwerty01 qwerty11 qwerty12 qwerty123 qwerty1234 qwerty12345
qwerty123456 qwerty1q qwerty22 qwerty321 qwerty78 qwerty789 qwertyqwerty qwertyu1 qwertyui qwertyuio
qwertyuiop qwertyuiop1 qwertyuiop123 qwertz123 qwertzui qwertzuiop rachel123 raiders1 rainbow1 raspberry
rebecca1 rebelde1 redskins remember republic revolution richard1 robert123 rockstar rockstar1
rockyou1 rolltide romantic ronaldo7 ronaldo123 rootroot rosebud1 runescape runescape1 samantha
samantha1 samsung1 samsung123 santiago sasuke123 saturday savannah scarface schalke04 scoobydoo
scorpio1 scorpion scotland sebastian secret12 secret123 security september sexygirl shadow12
shadow123 shalom123 shannon1 sheffield silver123 simpsons skateboard skywalker slipknot slipknot1
smackdown snickers snowball snowboard snowflake snowman1 soccer10 soccer12 soccer123 softball
softball1 something southpark southside spartan1 spartan117 special1 spiderman spiderman1 spitfire
spongebob spongebob1 srinivas stanford starcraft stargate starlight startrek starwars starwars1
steelers steelers1 stephanie strawberry stronghold studio54 submarine success1 summer12 summer123
sunflower sunshine sunshine1 sunshine12 superman superman1 superman12 superman123 supernova superstar
superstar1 supervisor sweetheart sweetie1 sweetness sweetpea swimming swordfish t1234567 teacher1
telecaster telefono temp1234 temppass templar1 tennessee tequiero test1234 test12345 test123456
testing1 testing123 testtest thailand theforce themaster thomas123 thunder1 thunderbird tiffany1
tiger123 tigger12 tigger123 tinkerbell titanic1 tottenham tottenham1 toyota123 trabajo1 treasure
trinity1 trustno1 trustnoone tweety123 twilight twilight1 u1234567 unicorns universal universe
university unknown1 vacation valencia valentina valentine vampire1 vanessa1 vfhbyf123 veronica
victoria victoria1 victory1 vincent1 virginia volcano1 volleyball w1234567 wachtwoord wachtwoord1
walmart1 warcraft warcraft3 wareagle washington waterfall watermelon webmaster welcome1 welcome12
welcome123 welcome2 welcome@123 westside whatever whatever1 wildcats william1 willow123 windows1
windows10 winner123 winston1 winter123 wolfgang wolverine woodland wordpass wrangler wrestling
x1234567 xbox360x xxxxxxxx yamaha123 yankees1 yankees123 yellow123 yourmom1 yourname yugioh123
z1234567 z1x2c3v4 zachary1 zaq12wsx zaq1xsw2 zaq1zaq1 zaqwsxcde zeppelin zinedine zxcasdqwe
zxcvbnm1 zxcvbnm12 zxcvbnm123 zxcvbnmz zxcv1234 zxcvzxcv zzzzzzzz`;

export const commonPasswords: ReadonlySet<string> = new Set(words.trim().split(/\s+/));
