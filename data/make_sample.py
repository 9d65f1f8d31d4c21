import itertools
import random
import re
import sys
from pathlib import Path

from sample_words import *

HERE = Path(__file__).resolve().parent
REPEAT=int(sys.argv[1]) if len(sys.argv)>1 else 60
KREPEAT=int(sys.argv[3]) if len(sys.argv)>3 else 72
NQ=int(sys.argv[2]) if len(sys.argv)>2 else 66
def table(t):
    head,*rows=[l.split() for l in t.strip().splitlines()]
    return [dict(zip(head,r,strict=True)) for r in rows]
def lines(t):
    return [re.sub(' +',' ',x.strip()) for x in re.split(r'[\n|]',t.strip())]
def final(ch):
    return (ord(ch)-0xac00)%28 if '가'<=ch<='힣' else 0
def part(m):
    f=final(m[1]); return m[1]+' '+(m[2] if f else m[3])
def polish(s):
    s=re.sub(r'(\S) ([가-힣]+)/([가-힣]+)',part,s)
    s=re.sub(r'\ba(?= [aeiou])','an',s)
    return s if s[-1] in '?!' else s+' .'
rng=random.Random(1)
class Deck:
    def __init__(s,items): s.items=list(items); s.pile=[]; s.last=None
    def draw(s):
        if not s.pile:
            s.pile=s.items[:]; rng.shuffle(s.pile)
            if s.pile[-1]==s.last: s.pile.insert(0,s.pile.pop())
        s.last=s.pile.pop(); return s.last
def fill(t,bank):
    return re.sub(r'\{(\w+)\}',lambda m: fill(bank[m[1]].draw(),bank),t)
objs={l.split(None,1)[0]:lines(l.split(None,1)[1]) for l in OBJECTS.strip().splitlines()}
sents=[]; ndup=0
for f in FAMILIES:
    for roles,fr in f.frames.items():
        for role in roles.split():
            for tp in table(f.topics):
                bank={k:Deck([v]) for k,v in tp.items()}
                bank|={k:Deck(v[tp[k]].split()) for k,v in f.features.items() if v}
                bank|={k:Deck(v.split()) for k,v in f.cues.get(role,{}).items()}
                bank|={k:Deck(lines(v)) for k,v in f.phrases.items()}
                if 'base' in tp: bank['object']=Deck(objs[tp['base']])
                bank['w']=Deck([tp[role]]); frames=Deck(lines(fr))
                seen=set()
                for i in range({id(PLACES):48,id(PEOPLE):52,id(ANIMALS):52,id(TRADES):42,id(ADJECTIVES):48,id(NUMBERS):52,id(KOREAN_PLACES):72,id(KOREAN_PEOPLE):90,id(KOREAN_ANIMALS):130}[id(f)]):
                  for att in range(30):
                    s=polish(fill(frames.draw(),bank))
                    if s not in seen: break
                  else: ndup+=1
                  seen.add(s); sents.append(s)
print('dups',ndup)
rng.shuffle(sents)
(HERE/'sample.txt').write_text('\n'.join(sents)+'\n',encoding='utf-8')
out=[]
for f in FAMILIES:
    for sec,(a,b) in f.sections.items():
        ps=[(t[a],t[b]) for t in table(f.topics)]
        qs=list(itertools.permutations(ps,2))
        rng.shuffle(qs)
        out.append(': '+sec)
        out+=[' '.join(p+q) for p,q in qs[:NQ]]
(HERE/'sample-questions.txt').write_text('\n'.join(out)+'\n',encoding='utf-8')
